import { StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";

import { App } from "./App";
import { open } from "./login";
import "./page.css";

// Before React, because it takes Snyk's answer out of the address bar.
const opened = open();

const root = document.getElementById("root");
if (!root) throw new Error("the document has no element #root");
createRoot(root).render(
  <StrictMode>
    <main>
      <Suspense fallback={<p>One moment</p>}>
        <App opened={opened} />
      </Suspense>
    </main>
  </StrictMode>,
);
