import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  // The package finds its Wasm beside itself, so the development server must not move it.
  optimizeDeps: { exclude: ["snyk-app-login"] },
});
