//! Starts the app. The query of the callback is removed from the address bar first, because the
//! router copies the address when it is created.

fn main() {
    #[cfg(target_arch = "wasm32")]
    {
        let returned = login::browser::address_bar::take_callback(frontend::paths::CALLBACK);
        console_error_panic_hook::set_once();
        frontend::platform::translated::follow();
        frontend::app::start(returned);
        frontend::platform::web_font::load_when_idle();
    }
}
