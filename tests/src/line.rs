//! A line between the app and the provider, so that a test sees which connections are open, and can
//! cut them.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// Passes everything on to the provider.
#[derive(Debug)]
pub struct Line {
    /// Where it begins: what the app is told.
    pub url: String,
    open: Arc<AtomicUsize>,
    cuts: watch::Sender<()>,
}

impl Line {
    /// A line to `url`, which is `http://host:port`.
    pub async fn to(url: &str) -> Self {
        let far = url.strip_prefix("http://").expect("a plain address");
        let far = far.to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        let open = Arc::new(AtomicUsize::new(0));
        let (cuts, cut) = watch::channel(());
        let counter = Arc::clone(&open);
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let (far, counter, mut cut) = (far.clone(), Arc::clone(&counter), cut.clone());
                cut.mark_unchanged();
                tokio::spawn(async move {
                    let mut far = TcpStream::connect(far).await.expect("the provider");
                    counter.fetch_add(1, Ordering::SeqCst);
                    tokio::select! {
                        // Either end may break it off; that is what a test does with it.
                        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                        _ = cut.changed() => {}
                    }
                    counter.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { url, open, cuts }
    }

    /// Breaks off every open connection, in the middle of whatever it carries.
    pub fn cut(&self) {
        self.cuts.send_replace(());
    }

    /// How many connections are open.
    #[must_use]
    pub fn open(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }
}
