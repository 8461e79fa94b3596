// The routes of the administration as a stand-in inside the page, for states that a real server is
// seldom in: hundreds of installs, a store that is away, a session that ends at a chosen moment.
(() => {
  const real = window.fetch;
  const ID = "01JD9Z7K3M8QW4T5V6X7Y8Z9AB";
  const ago = (minutes) => new Date(Date.now() - minutes * 60000).toISOString();
  const answer = (status, body, headers = {}) =>
    new Response(body === undefined ? null : JSON.stringify(body), {
      status,
      headers: {
        "content-type": status < 400 ? "application/json" : "application/problem+json",
        "x-request-id": ID,
        ...headers,
      },
    });
  const problem = (status, code) => answer(status, { title: code, status, code, request_id: ID });
  const install = (id, name, status, more = {}) => ({
    id,
    name,
    is_group: false,
    orgs: 1,
    status,
    context: "tenant",
    scopes: ["org.read", "org.project.read"],
    connected_at: ago(60 * 24 * 19),
    generation: 12,
    refreshed_at: ago(19),
    access_token_expires_at: ago(-41.2),
    refresh_token_expires_at: ago(-60 * 24 * 80),
    browsers: 3,
    ...more,
  });
  const many = (count) =>
    Array.from({ length: count }, (_, at) =>
      install(`M${at}`, `Numbered ${String(at + 1).padStart(4, "0")}`, "active"),
    );
  const pictured = [
    install("F1", "Meridian Freight", "active", { is_group: true, orgs: 6, generation: 458 }),
    install("F2", "Nordwind Spedition GmbH & Co. KG, Abteilung Anwendungssicherheit", "reconnect_needed", {
      context: "user",
      orgs: 3,
      generation: 91,
      refreshed_at: ago(60 * 48),
      access_token_expires_at: null,
      refresh_token_expires_at: null,
    }),
    install("F3", "Coopérative maritime de Saint-Malo", "active", { access_token_expires_at: ago(-56.2) }),
    install("F4", "東京港湾物流株式会社", "active", { generation: 1204, refreshed_at: ago(37) }),
    install("F5", "Łódź Cargo", "refresh_failing", {
      access_token_expires_at: ago(-2.2),
      refresh_token_expires_at: ago(-60 * 24 * 9),
    }),
    install("F6", "Harbour Test", "disconnected", {
      orgs: 0,
      browsers: 0,
      access_token_expires_at: null,
      refresh_token_expires_at: null,
    }),
    install("F7", "شركة الميناء", "active", { orgs: 2 }),
    install("F8", '<img src=x onerror="window.hacked=1">\u001b[31m\u202eevil', "active"),
  ];
  const event = (id, minutes, kind, detail, of, name, request) => ({
    id: String(id),
    at: ago(minutes),
    kind,
    detail,
    ...(of ? { install: of, install_name: name } : {}),
    ...(request ? { request_id: `01JD9Z7K3M8QW4T5V6X7Y8Z9A${id % 10}` } : {}),
  });
  const events = [
    event(9, 3, "login_failed", "login_expired", null, "", true),
    event(8, 6, "refreshed", "generation 458", "F1", "Meridian Freight", true),
    event(7, 13, "refresh_failed", "Snyk answered 503, next try in 32 s", "F5", "Łódź Cargo"),
    event(6, 42, "secret_reread", "", null, ""),
    event(5, 60 * 40, "reconnect_needed", "Snyk answered invalid_grant", "F2", "Nordwind Spedition GmbH & Co. KG", true),
    event(4, 60 * 41, "admin_refused", "login_used: ␛[31m", null, "", true),
    event(3, 60 * 42, "connected", "", "F8", pictured[7].name, true),
  ];
  const admin = {
    installs: pictured,
    events,
    link: "LINK",
    /** Milliseconds that a session lasts. */
    lasts: 22.4 * 60000,
    used: false,
    /** Problems by path: [status, code]. */
    faults: {},
    posts: [],
    held: null,
    /** Routes whose answers are lost on the way, and those that are so once one has been. */
    lost: null,
    lostAfter: null,
  };
  window.admin = admin;
  admin.many = (count) => (admin.installs = many(count));
  const session = () => /stub=(\d+)/.exec(document.cookie)?.[1] ?? 0;
  const isSignedIn = () => Number(session()) > Date.now();
  const begin = () => {
    const ends = Date.now() + admin.lasts;
    document.cookie = `stub=${ends};path=/`;
    return { expires_at: new Date(ends).toISOString() };
  };
  const page = (all, { cursor, limit }, name) => {
    const from = Number(cursor ?? 0);
    const to = from + Number(limit ?? 100);
    return { [name]: all.slice(from, to), ...(to < all.length ? { next: String(to) } : {}) };
  };
  const sorts = {
    name: (one, other) => one.name.localeCompare(other.name),
    refreshed: (one, other) => other.refreshed_at.localeCompare(one.refreshed_at),
    ending: (one, other) =>
      (one.refresh_token_expires_at ?? "9").localeCompare(other.refresh_token_expires_at ?? "9"),
    connected: (one, other) => other.connected_at.localeCompare(one.connected_at),
  };
  const installs = (query) => {
    const count = (status) => admin.installs.filter((one) => one.status === status).length;
    const text = (query.search ?? "").toLowerCase();
    const found = admin.installs
      .filter((one) => one.name.toLowerCase().includes(text) || one.id === query.search)
      .filter((one) => !query.status || one.status === query.status)
      .sort(sorts[query.sort ?? "name"]);
    return {
      ...page(found, query, "installs"),
      totals: {
        active: count("active") + count("refresh_failing"),
        refresh_failing: count("refresh_failing"),
        reconnect_needed: count("reconnect_needed"),
        disconnected: count("disconnected"),
        ending: admin.installs.filter((one) => one.refresh_token_expires_at?.localeCompare(ago(-60 * 24 * 14)) < 0)
          .length,
      },
    };
  };
  const settings = () => ({
    read_at: ago(40),
    settings: [
      ["client_id", "8c7f2f0e-6b1d-4d0e-9d55-0f3a2c1b7e90", "CLIENT_ID"],
      ["redirect_uri", "https://fathom.meridian.example/callback", "REDIRECT_URI"],
      ["scopes", "org.read org.project.read org.project.snapshot.read org.project.ignore.read", "SCOPES"],
      ["region", "us-01", null],
      ["api_url", "https://api.snyk.io", null],
      ["session_idle", "86400", null],
      ["session_lifetime", "2592000", null],
      ["database", "PostgreSQL", "DATABASE_URL_FILE"],
      ["refresh_unused_connections", "off", null],
    ].map(([key, value, variable]) => ({ key, value, variable })),
    client_secret: { variable: "CLIENT_SECRET_FILE", read_at: ago(39), accepted_at: ago(3) },
    encryption: { key: "k7", installs: 5, installs_of_previous: 0, previous: 1 },
    scopes_never_granted: ["org.project.ignore.read"],
    active: 6,
  });
  const serve = async (request, url) => {
    const route = `${request.method} ${url.pathname}`;
    if (admin.held?.test(route)) await new Promise((go) => (admin.release = go));
    const fault = Object.entries(admin.faults).find(([path]) => route.startsWith(path));
    if (fault) return problem(...fault[1]);
    if (route === "POST /api/admin/session") {
      admin.posts.push(await request.clone().text());
      if (JSON.parse(admin.posts.at(-1)).link !== admin.link) return problem(403, "forbidden");
      if (admin.used) return problem(409, "login_used");
      admin.used = true;
      return answer(201, begin());
    }
    if (!isSignedIn()) return problem(401, "not_signed_in");
    if (route === "GET /api/admin/session") {
      return answer(200, { expires_at: new Date(Number(session())).toISOString() });
    }
    if (route === "DELETE /api/admin/session") {
      document.cookie = "stub=0;path=/";
      return answer(204);
    }
    const query = Object.fromEntries(url.searchParams);
    if (route === "GET /api/admin/installs") return answer(200, installs(query));
    if (route === "GET /api/admin/settings") return answer(200, settings());
    if (route === "GET /api/admin/activity") {
      const kinds = query.kinds?.split(",");
      const found = admin.events.filter(
        (one) => (!kinds || kinds.includes(one.kind)) && (!query.install || one.install === query.install),
      );
      return answer(200, { ...page(found, query, "events"), kept_days: 30 });
    }
    const one = admin.installs.find((one) => url.pathname.endsWith(`/${one.id}`));
    if (!one) return problem(404, "not_found");
    if (request.method === "GET") return answer(200, one);
    Object.assign(one, { status: "disconnected", access_token_expires_at: null, refresh_token_expires_at: null });
    return answer(204, undefined, { revocation: admin.revocation ?? "done" });
  };
  window.fetch = async (request, ...rest) => {
    const url = new URL(request.url ?? request, location.href);
    if (!url.pathname.startsWith("/api/admin/")) return real(request, ...rest);
    const served = await serve(request, url);
    if (admin.lost?.test(`${request.method} ${url.pathname}`)) {
      admin.lost = admin.lostAfter ?? admin.lost;
      throw new TypeError("Failed to fetch");
    }
    return served;
  };
})();
