//! What the shop sells, which knows nothing of how it is called.

/// Something to buy.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) id: i64,
    pub(crate) name: &'static str,
    /// In cents.
    pub(crate) price: i64,
}

/// All there is. A real shop has a database behind these methods.
#[derive(Debug)]
pub(crate) struct Catalogue {
    items: Vec<Item>,
}

impl Catalogue {
    pub(crate) fn load() -> Self {
        let item = |id, name, price| Item { id, name, price };
        Self {
            items: vec![
                item(1, "fountain pen", 2900),
                item(2, "blue ink", 900),
                item(3, "red ink", 950),
            ],
        }
    }

    pub(crate) fn item(&self, id: i64) -> Option<Item> {
        self.items.iter().find(|item| item.id == id).cloned()
    }

    /// Returns every item whose name has the word.
    pub(crate) fn with_word(&self, word: &str) -> Vec<Item> {
        let found = self.items.iter().filter(|item| item.name.contains(word));
        found.cloned().collect()
    }
}
