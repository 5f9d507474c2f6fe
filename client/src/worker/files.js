// The engine's files: each packed by gzip, beside the page or within it.

/** Bytes that stand in a page as base64. */
function decoded(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}

/**
 * @param {string | Record<string, string>} files  a folder's address, or packed bytes in base64 by name
 * @returns {(name: string) => Promise<Response>}  a file, unpacked while it is read
 */
export function opener(files) {
  const packed = async (name) => {
    if (typeof files !== "string") {
      const text = files[name];
      delete files[name]; // each is read once; nobody needs the text any more
      return new Blob([decoded(text)]).stream();
    }
    const response = await fetch(new URL(`${name}.packed`, files));
    if (!response.ok) throw new Error(`${response.url} can't be had (${response.status})`);
    return response.body;
  };
  return async (name) => {
    const type = name.endsWith(".wasm") ? "application/wasm" : "application/octet-stream";
    const stream = (await packed(name)).pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream, { headers: { "content-type": type } });
  };
}
