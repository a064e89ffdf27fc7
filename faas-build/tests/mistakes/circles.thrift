typedef Tuesday Monday
typedef list<Monday> Tuesday
typedef Monday Wednesday

struct Fine {
    1: list<Fine> fine,
}
