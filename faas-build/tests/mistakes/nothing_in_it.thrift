enum Color {}

union Choice {}

struct Fine {}
