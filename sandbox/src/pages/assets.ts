// Files for browsers, from a fixed list: stripe.js, the card form, the dashboard, styles. Nothing else is readable.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { EdgeReply } from "../http/request.ts";
import { pageHeaders } from "./html.ts";

interface Asset {
  file: string;
  /** TypeScript that is bundled into one classic script when it is first asked for. */
  bundled?: boolean;
  type: string;
  framable?: boolean;
  /** Shop pages load it from another origin. */
  shared?: boolean;
}

const SCRIPT = "text/javascript; charset=utf-8";
const STYLE = "text/css; charset=utf-8";
const PAGE = "text/html; charset=utf-8";

const ASSETS: Record<string, Asset> = {
  "/": { file: "dashboard.html", type: PAGE },
  "/stripe.js": { file: "stripe/main.ts", type: SCRIPT, shared: true, bundled: true },
  "/_sandbox/assets/card-form.html": { file: "card-form.html", type: PAGE, framable: true },
  "/_sandbox/assets/card-form.js": { file: "form/main.ts", type: SCRIPT, bundled: true },
  "/_sandbox/assets/card-form.css": { file: "card-form.css", type: STYLE },
  "/_sandbox/assets/challenge.js": { file: "challenge.js", type: SCRIPT },
  "/_sandbox/assets/challenge.css": { file: "challenge.css", type: STYLE },
  "/_sandbox/assets/dashboard.js": { file: "dashboard/main.ts", type: SCRIPT, bundled: true },
  "/_sandbox/assets/dashboard.css": { file: "dashboard.css", type: STYLE },
};

const directory = new URL("../../browser/", import.meta.url);

const bundles = new Map<string, Promise<string>>();

async function bundle(file: string): Promise<string> {
  const { build } = await import("esbuild");
  const built = await build({ entryPoints: [fileURLToPath(new URL(file, directory))], bundle: true, write: false, format: "iife", target: "es2022", minify: true, legalComments: "none" });
  return built.outputFiles[0]?.text ?? "";
}

function textOf(known: Asset): Promise<string> {
  if (known.bundled !== true) return readFile(new URL(known.file, directory), "utf8");
  const made = bundles.get(known.file) ?? bundle(known.file);
  bundles.set(known.file, made);
  return made;
}

export async function asset(path: string): Promise<EdgeReply | undefined> {
  const known = Object.hasOwn(ASSETS, path) ? ASSETS[path] : undefined;
  if (known === undefined) return undefined;
  const body = await textOf(known);
  if (known.type === PAGE) return { status: 200, headers: pageHeaders(known.framable === true ? "*" : "'none'"), body };
  return {
    status: 200,
    headers: { "content-type": known.type, "cache-control": "no-cache", ...(known.shared === true ? { "cross-origin-resource-policy": "cross-origin", "access-control-allow-origin": "*" } : {}) },
    body,
  };
}
