//! A TCP proxy between the app and the provider. A test can count the open connections and cut
//! them.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// A TCP proxy that forwards everything to the provider.
#[derive(Debug)]
pub struct TcpProxy {
    /// The URL at which the proxy listens, for the app's configuration.
    pub url: String,
    open: Arc<AtomicUsize>,
    cuts: watch::Sender<()>,
}

impl TcpProxy {
    /// Starts a proxy to `url`, which has the form `http://host:port`.
    pub async fn to(url: &str) -> Self {
        let upstream = url.strip_prefix("http://").expect("a plain address");
        let upstream = upstream.to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        let open = Arc::new(AtomicUsize::new(0));
        let (cuts, cut) = watch::channel(());
        let counter = Arc::clone(&open);
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let (upstream, counter, mut cut) =
                    (upstream.clone(), Arc::clone(&counter), cut.clone());
                cut.mark_unchanged();
                tokio::spawn(async move {
                    let mut upstream = TcpStream::connect(upstream).await.expect("the provider");
                    counter.fetch_add(1, Ordering::SeqCst);
                    tokio::select! {
                        // Either end may close the connection, and so may the test.
                        _ = tokio::io::copy_bidirectional(&mut client, &mut upstream) => {}
                        _ = cut.changed() => {}
                    }
                    counter.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { url, open, cuts }
    }

    /// Closes every open connection, in the middle of a transfer.
    pub fn cut(&self) {
        self.cuts.send_replace(());
    }

    /// Returns the number of open connections.
    #[must_use]
    pub fn open(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }
}
