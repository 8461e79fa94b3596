//! The page at a static host, and the app as its API: two names of one site, both over TLS, by
//! Debian's nginx with the configuration that the build wrote.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::{
    Bed,
    app::App,
    free_port,
    process::Process,
    sandbox::Sandbox,
    tls::{CERTIFICATE, KEY},
    tool_path::variable,
};

/// The host of the page. Browsers resolve it to this computer.
pub const PAGE_HOST: &str = "app.fathom.localhost";
/// The host of the API, of the same site.
pub const API_HOST: &str = "api.fathom.localhost";

/// The running host.
#[derive(Debug)]
pub struct StaticHost {
    /// The URL of the page, without a trailing slash.
    pub url: String,
    /// The URL of the API, without a trailing slash.
    pub api: String,
    /// The folder of the page.
    pub page: PathBuf,
    _nginx: Process,
    folder: TempDir,
}

impl StaticHost {
    /// Starts the host, and an app for it with its sandbox.
    pub async fn with_bed() -> (Self, Bed) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let [page_port, api_port, backend_port] = [free_port(), free_port(), free_port()];
        let url = format!("https://{PAGE_HOST}:{page_port}");
        let api = format!("https://{API_HOST}:{api_port}");
        let callback = format!("{url}/callback");
        let sandbox = Sandbox::start(backend_port, &["--redirect-uri", &callback]).await;
        let variables = [
            ("PUBLIC_URL", api.as_str()),
            ("FRONTEND_ORIGIN", url.as_str()),
            ("REDIRECT_URI", callback.as_str()),
            ("FRONTEND_DIR", ""),
            ("TRUSTED_PROXIES", "127.0.0.1"),
        ];
        let app = App::start(backend_port, &sandbox.url, &variables).await;

        let page = folder.path().join("page");
        copy(&variable("STATIC_PAGE_FOR_TESTS"), &page);
        name_api(&page, &api);
        for (name, text) in [
            ("certificate.pem", CERTIFICATE.to_owned()),
            ("key.pem", KEY.to_owned()),
            (
                "nginx.conf",
                configuration(folder.path(), page_port, api_port, backend_port),
            ),
        ] {
            fs::write(folder.path().join(name), text).expect("a file of the test's");
        }
        let mut command = Command::new(variable("NGINX"));
        command
            .arg("-p")
            .arg(folder.path())
            .args(["-c", "nginx.conf"]);
        let nginx = Process::start(&mut command, &folder.path().join("output.log"));
        let host = Self {
            url,
            api,
            page,
            _nginx: nginx,
            folder,
        };
        host.listens(page_port).await;
        (host, Bed { sandbox, app })
    }

    /// Returns the access log of the page's host.
    #[must_use]
    pub fn access_log(&self) -> String {
        fs::read_to_string(self.folder.path().join("access.log")).unwrap_or_default()
    }

    async fn listens(&self, port: u16) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while tokio::net::TcpStream::connect(("127.0.0.1", port))
            .await
            .is_err()
        {
            let log = fs::read_to_string(self.folder.path().join("output.log"));
            assert!(
                Instant::now() < deadline,
                "no nginx:\n{}",
                log.unwrap_or_default()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// Changes the API's address after the build, as docs/deploy.md says.
fn name_api(page: &Path, api: &str) {
    let built = format!("https://{API_HOST}");
    for name in ["index.html", "404.html", "nginx.conf", "_headers"] {
        let path = page.join(name);
        let text = fs::read_to_string(&path).expect("a file of the build");
        assert!(text.contains(&built), "{name} does not name {built}");
        fs::write(&path, text.replace(&built, api)).expect("a file of the test's");
        for ending in ["br", "gz"] {
            let _ = fs::remove_file(page.join(format!("{name}.{ending}")));
        }
    }
}

fn configuration(folder: &Path, page_port: u16, api_port: u16, backend_port: u16) -> String {
    let folder = folder.display();
    // As root, its workers would be another user, who may not read the folder.
    let user = if rustix::process::geteuid().is_root() {
        "user root;"
    } else {
        ""
    };
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|name| format!("    {name}_temp_path {folder}/{name};\n"))
        .concat();
    format!(
        "{user}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr;
events {{}}
http {{
{temporary}    include /etc/nginx/mime.types;
    ssl_certificate {folder}/certificate.pem;
    ssl_certificate_key {folder}/key.pem;
    server {{
        listen 127.0.0.1:{page_port} ssl;
        server_name {PAGE_HOST};
        access_log {folder}/access.log;
        root {folder}/page;
        include {folder}/page/nginx.conf;
    }}
    server {{
        listen 127.0.0.1:{api_port} ssl;
        server_name {API_HOST};
        access_log off;
        location / {{
            proxy_pass http://127.0.0.1:{backend_port};
            proxy_http_version 1.1;
            proxy_set_header Connection \"\";
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        }}
    }}
}}
"
    )
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder of the test's");
    let entries = fs::read_dir(from)
        .unwrap_or_else(|error| panic!("{}: {error}: `cargo xtask test` makes it", from.display()));
    for entry in entries {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}
