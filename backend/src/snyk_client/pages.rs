//! Pagination: a list as a stream of its pages.

use std::collections::HashSet;

use futures_util::{Stream, stream};
use shared::snyk::{Page, Read};

use super::SnykError;

/// Maximum number of pages of one list: 100,000 items at Snyk's largest page.
const MAX_PAGES: usize = 1_000;

/// The state of the iteration over a list.
struct Walk<T, F> {
    next: Option<Read<Page<T>>>,
    list: Read<Page<T>>,
    seen: HashSet<String>,
    read: F,
}

/// Reads page after page with `read`. Only the cursor is taken from the link to the next page. A
/// repeated cursor, which would loop for ever, is an error. So is a link without a cursor: a list
/// that ended there would look complete.
pub(super) fn pages<T, F, A>(
    list: Read<Page<T>>,
    read: F,
) -> impl Stream<Item = Result<Page<T>, SnykError>>
where
    F: Fn(Read<Page<T>>) -> A,
    A: Future<Output = Result<Page<T>, SnykError>>,
{
    let walk = Walk {
        next: Some(list.clone()),
        list,
        seen: HashSet::new(),
        read,
    };
    stream::try_unfold(walk, |mut walk| async move {
        let Some(next) = walk.next.take() else {
            return Ok(None);
        };
        let page = (walk.read)(next).await?;
        if page.unreadable > 0 {
            tracing::warn!(
                unreadable = page.unreadable,
                "items of a list at Snyk cannot be read"
            );
        }
        if page.is_next_lost() {
            return Err(SnykError::NextLost);
        }
        if let Some(cursor) = page.next() {
            if walk.seen.len() + 1 >= MAX_PAGES {
                return Err(SnykError::Endless);
            }
            if !walk.seen.insert(cursor.clone()) {
                return Err(SnykError::CursorRepeats);
            }
            walk.next = Some(walk.list.clone().after(cursor));
        }
        Ok(Some((page, walk)))
    })
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use futures_util::{StreamExt as _, TryStreamExt as _};
    use shared::snyk::{Project, read};

    use super::*;

    fn page(next: Option<&str>) -> Page<Project> {
        let links = next.map_or("{}".to_owned(), |cursor| {
            format!(r#"{{"next":"/x?starting_after={cursor}"}}"#)
        });
        shared::json::read(format!(r#"{{"data":[],"links":{links}}}"#).as_bytes()).unwrap()
    }

    #[tokio::test]
    async fn a_list_is_read_to_its_end_and_no_page_before_it_is_asked_for() {
        let asked = Cell::new(0);
        let walk = pages(read::projects("o"), |read| {
            asked.set(asked.get() + 1);
            let next = match asked.get() {
                1 => Some("a"),
                2 => Some("b"),
                _ => None,
            };
            let after = read.path_and_query();
            async move {
                assert_eq!(after.contains("starting_after"), next != Some("a"));
                Ok(page(next))
            }
        });
        let mut walk = Box::pin(walk);
        assert_eq!(asked.get(), 0);
        assert!(walk.next().await.unwrap().is_ok());
        assert_eq!(asked.get(), 1);
        assert_eq!(walk.try_collect::<Vec<_>>().await.unwrap().len(), 2);
        assert_eq!(asked.get(), 3);
    }

    #[tokio::test]
    async fn a_cursor_that_comes_again_is_an_error_and_so_is_a_list_without_end() {
        let round = pages(read::projects("o"), |_| async { Ok(page(Some("a"))) });
        let ended = Box::pin(round).try_collect::<Vec<_>>().await;
        assert!(matches!(ended, Err(SnykError::CursorRepeats)));

        let asked = Cell::new(0);
        let endless = pages(read::projects("o"), |_| {
            asked.set(asked.get() + 1);
            let page = page(Some(&format!("c{}", asked.get())));
            async { Ok(page) }
        });
        let ended = Box::pin(endless).try_collect::<Vec<_>>().await;
        assert!(matches!(ended, Err(SnykError::Endless)));
        assert_eq!(asked.get(), MAX_PAGES);
    }

    #[tokio::test]
    async fn a_lost_next_page_is_not_the_end_of_the_list() {
        let walk = pages(read::projects("o"), |_| async {
            let text = br#"{"data":[],"links":{"next":7}}"#;
            Ok(shared::json::read(text).unwrap())
        });
        let ended = Box::pin(walk).try_collect::<Vec<Page<Project>>>().await;
        assert!(matches!(ended, Err(SnykError::NextLost)));
    }

    #[tokio::test]
    async fn an_error_ends_the_walk() {
        let walk = pages(read::projects("o"), |_| async {
            Err(SnykError::TooFast {
                after: std::time::Duration::ZERO,
            })
        });
        let all = Box::pin(walk).collect::<Vec<_>>().await;
        assert_eq!(all.len(), 1);
        assert!(all[0].is_err());
    }
}
