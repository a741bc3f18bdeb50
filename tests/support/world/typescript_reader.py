"""The event reader of `languages/typescript`, executed on streams that are cut anywhere."""

import subprocess
from pathlib import Path

from tools.document import ROOT

FOLDER = ROOT / "languages" / "typescript"
CUT_EVERYWHERE = """
import { readFileSync, writeFileSync } from "node:fs";
import ts from "typescript";
const [source, target] = process.argv.slice(1);
const options = { module: "ESNext", target: "ES2022" };
writeFileSync(target, ts.transpileModule(readFileSync(source, "utf8"), { compilerOptions: options }).outputText);
const { readEvents } = await import(target);
const events = [
  { type: "content_streaming", content: "é🙂 and more" },
  { type: "run_ended", final_content: "é🙂" },
  { type: "tts_stream_end" },
];
const stream = (events) => new TextEncoder().encode(
  ": a comment\\n\\n" + events.map((one, index) => `id: ${index}\\ndata: ${JSON.stringify(one)}\\n\\n`).join(""),
);
const ended = stream(events.slice(0, 2)).length;
const whole = stream(events); // what comes after the end changes nothing
for (const size of [1, 7, whole.length]) {
  for (let end = 0; end <= whole.length; end++) {
    const body = new ReadableStream({
      start(stream) {
        for (let at = 0; at < end; at += size) stream.enqueue(whole.slice(at, Math.min(at + size, end)));
        stream.close();
      },
    });
    let failed = false;
    const seen = [];
    try {
      for await (const event of readEvents(body)) seen.push(event);
    } catch (error) {
      failed = true;
    }
    if (failed !== end < ended) throw new Error(`cut at ${end} of ${whole.length}: ${failed}`);
    if (end === whole.length && seen.length !== 3) throw new Error(`${seen.length} events`);
    const expected = JSON.stringify(events.slice(0, seen.length));
    if (JSON.stringify(seen) !== expected) throw new Error(`cut at ${end}: ${JSON.stringify(seen)}`);
  }
}
console.log("cut everywhere");
"""


def read_cut_streams(node: str | Path, folder: Path) -> str:
    """Read a stream that is cut at each byte, with a Node of one's choice, and return what that prints.

    Args:
        folder: an empty one, for the compiled reader.
    """
    if not (FOLDER / "node_modules").exists():
        subprocess.run(["npm", "ci", "--no-progress", "--loglevel=error"], cwd=FOLDER, check=True)
    command = [node, "--input-type=module", "--eval", CUT_EVERYWHERE, FOLDER / "src/events.ts", folder / "events.mjs"]
    done = subprocess.run(list(map(str, command)), cwd=FOLDER, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout
