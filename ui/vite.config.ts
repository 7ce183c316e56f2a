// How the application is built and, while somebody works on it, served beside a running `karat serve`.
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { compress } from "./build/compress.ts";

const server = process.env.KARAT_URL ?? "http://127.0.0.1:7878";
const doors = ["/api", "/session", "/page", "/prototype"];

export default defineConfig({
  plugins: [react(), compress()],
  build: {
    target: "es2022",
    // The policy of the server allows no inline module and no data: script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: {
    host: "127.0.0.1",
    // The server checks Host and Origin, so it has to see its own.
    proxy: Object.fromEntries(
      doors.map((door) => [
        `^${door}(/|\\?|$)`,
        { target: server, changeOrigin: true, headers: { origin: server } },
      ]),
    ),
  },
  test: { include: ["src/**/*.test.ts"] },
} as Parameters<typeof defineConfig>[0]);
