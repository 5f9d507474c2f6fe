function f(n){if(Uint8Array.fromBase64)return Uint8Array.fromBase64(n);let r=atob(n),e=new Uint8Array(r.length);for(let t=0;t<e.length;t++)e[t]=r.charCodeAt(t);return e}function l(n){let r=async e=>{if(typeof n!="string"){let s=n[e];return delete n[e],new Blob([f(s)]).stream()}let t=await fetch(new URL(`${e}.packed`,n));if(!t.ok)throw new Error(`${t.url} can't be had (${t.status})`);return t.body};return async e=>{let t=e.endsWith(".wasm")?"application/wasm":"application/octet-stream",s=(await r(e)).pipeThrough(new DecompressionStream("gzip"));return new Response(s,{headers:{"content-type":t}})}}var u=["Python","NumPy","chainrule","the network"],c="https://engine.invalid/",p=`
import json
from pyodide.ffi import to_js
from chainrule.page.session import Session

def answering(session):
    def answer(header, buffers):
        said, arrays = session.handle(json.loads(header), [buffer.to_bytes() for buffer in buffers])
        return to_js([json.dumps(said, allow_nan=False), *map(bytes, arrays)])
    return answer

answering(Session())
`;function i(n){let r=u.length,e={event:"engine",status:n<r?"starting":"ready",stage:n,of:r,title:u[n]??""};postMessage({header:e,buffers:[]})}async function h(n){return import(await new Promise((e,t)=>{let s=new FileReader;s.onload=()=>e(s.result),s.onerror=()=>t(s.error),n.blob().then(a=>s.readAsDataURL(a.slice(0,a.size,"text/javascript")),t)}))}async function y(n){let[{loadPyodide:r},{default:e}]=await Promise.all(["pyodide.mjs","pyodide.asm.mjs"].map(async s=>h(await n(s)))),t=globalThis.fetch;globalThis.fetch=(s,a)=>{let o=String(s);return o.startsWith(c)?n(o.slice(c.length)):t(s,a)};try{return await r({createPyodideModule:e,indexURL:c,packageBaseUrl:c,lockFileContents:await(await n("pyodide-lock.json")).text(),checkIntegrity:!1})}finally{globalThis.fetch=t}}async function m(n){let r=l(n);i(0);let e=await y(r),t=async a=>{let o=await(await r(a)).arrayBuffer();e.unpackArchive(o,"tar",{extractDir:e.runPython("import site; site.getsitepackages()[0]")})};i(1),await t("numpy.tar"),e.runPython("import numpy"),i(2),await t("chainrule.tar"),e.runPython("import chainrule"),i(3);let s=e.runPython(p);return i(4),s}function w(n,{header:r,buffers:e}){try{let[t,...s]=n(JSON.stringify(r),e),a=s.map(o=>o.buffer);postMessage({header:JSON.parse(t),buffers:a},a)}catch(t){let s=`The engine failed: ${String(t.message??t).trim().split(`
`).at(-1)}`;postMessage({header:{id:r.id??null,error:{text:s,field:null}},buffers:[]})}}var d=null;onmessage=async({data:n})=>{if(n.start!==void 0){d=m(n.start),d.catch(e=>{let t=`The engine could not be started: ${e.message??e}`;postMessage({header:{event:"engine",status:"closed",text:t},buffers:[]})});return}let r=await d.catch(()=>null);r&&w(r,n)};
