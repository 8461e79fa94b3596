//! The primary dies under load, and its replica takes its place behind the same address.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU16, Ordering},
    },
    time::Duration,
};

use test_postgres::{Cluster, Database, Replica, Stop};
use tests::Bed;
use tokio::net::{TcpListener, TcpStream};

use super::{
    call_path,
    nodes::at,
    outage::{all_are_well, becomes, end_load, people_at, start_load},
};

/// An address behind which the server can be exchanged, as a virtual address or a name is.
struct Address {
    port: u16,
    leads_to: Arc<AtomicU16>,
}

impl Address {
    async fn of(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = Self {
            port: listener.local_addr().unwrap().port(),
            leads_to: Arc::new(AtomicU16::new(port)),
        };
        let leads_to = Arc::clone(&address.leads_to);
        tokio::spawn(async move {
            while let Ok((mut inbound, _)) = listener.accept().await {
                let port = leads_to.load(Ordering::SeqCst);
                tokio::spawn(async move {
                    // If nobody listens there, the connection just ends.
                    if let Ok(mut outbound) = TcpStream::connect(("127.0.0.1", port)).await {
                        let _ = tokio::io::copy_bidirectional(&mut inbound, &mut outbound).await;
                    }
                });
            }
        });
        address
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rel_4_a_promoted_replica_has_every_pair_and_no_session_that_ended() {
    let database = Database::create_in(Cluster::own());
    let replica = Replica::of(&database);
    let address = Address::of(database.cluster.port).await;
    let port = format!(":{}/", database.cluster.port);
    let url = database
        .url()
        .replace(&port, &format!(":{}/", address.port));
    let variables = [("DATABASE_URL", url.as_str())];
    let bed = Bed::with(&["--rotation", "strict"], &variables).await;
    let second = tests::app::App::start(tests::free_port(), &bed.sandbox.url, &variables).await;
    let mut people = people_at(&bed, &second).await;
    let (mut signed_out, gone) = bed.connected().await;
    assert_eq!(signed_out.get(&call_path(&gone)).await.status, 200);

    let is_over = Arc::new(AtomicBool::new(false));
    let loads = start_load(&people, &is_over);
    tokio::time::sleep(Duration::from_secs(2)).await;
    // The last thing that the primary does.
    let cookies = signed_out.cookies.clone();
    assert_eq!(signed_out.delete("/api/session").await.status, 204);
    signed_out.cookies = cookies;
    database.cluster.stop(Stop::Crash);

    // For a while the address leads to a server that is no primary yet.
    address.leads_to.store(replica.port(), Ordering::SeqCst);
    for app in [&bed.app, &second] {
        becomes(app, 503, Duration::from_secs(6)).await;
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    replica.promote();
    for app in [&bed.app, &second] {
        let back = becomes(app, 200, Duration::from_secs(20)).await;
        println!("ready {back:?} after the promotion");
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    println!("answers: {:?}", end_load(loads, &is_over).await);

    assert_eq!(signed_out.get(&call_path(&gone)).await.status, 401);
    let mut at_second = at(&second, &signed_out);
    assert_eq!(at_second.get(&call_path(&gone)).await.status, 401);
    all_are_well(&mut people).await;
    assert_eq!(bed.sandbox.count("reuses").await, 0);
}
