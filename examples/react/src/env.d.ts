interface ImportMetaEnv {
  /** Address of the app's server, if it is not the origin of this page. */
  readonly VITE_API_BASE_URL?: string;
}
