//! Open enumerations: Snyk may add values, and an unknown value is kept as it is.

/// Declares an enumeration of string values, with `Other` for unknown ones. It can be read from any
/// string that is not blank.
macro_rules! open_words {
    (
        $(#[$about:meta])*
        pub enum $name:ident {
            $( $(#[$note:meta])* $variant:ident = $word:literal, )+
        }
    ) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $( $(#[$note])* $variant, )+
            /// A value that this version does not know, as Snyk wrote it.
            Other(String),
        }

        impl $name {
            /// Returns the value as Snyk writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$variant => $word, )+
                    Self::Other(word) => word,
                }
            }
        }

        impl From<String> for $name {
            fn from(word: String) -> Self {
                match word.as_str() {
                    $( $word => Self::$variant, )+
                    _ => Self::Other(word),
                }
            }
        }

        impl From<&str> for $name {
            fn from(word: &str) -> Self {
                Self::from(word.to_owned())
            }
        }

        impl $crate::json::FromValue for $name {
            fn from_value(value: $crate::json::Value) -> Option<Self> {
                let word = String::from_value(value)?;
                (!word.trim().is_empty()).then(|| Self::from(word))
            }
        }
    };
}

pub(super) use open_words;
