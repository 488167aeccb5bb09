/**
 * Takes the key from descriptor 4 and closes it before anything of the repository's runs; `emit` signs a line for
 * descriptor 3. What signs is taken apart beforehand, so that code in the same process that changes it changes nothing
 * here.
 */
export const JAVASCRIPT_SIGNING = `
const call = Function.prototype.call;
const bound = (method) => call.bind(method);
const { key } = JSON.parse(fs.readFileSync(4, "utf8"));
fs.closeSync(4);
const secret = Buffer.from(key, "hex");
const { createHmac, Hmac } = crypto;
const [update, digest, subarray] = [bound(Hmac.prototype.update), bound(Hmac.prototype.digest), bound(Buffer.prototype.subarray)];
const { writeSync } = fs;
const { stringify } = JSON;
const { from } = Buffer;
let count = 0;
function emit(record) {
  record.n = count++;
  const body = stringify(record);
  const signature = digest(update(createHmac("sha256", secret), body), "hex");
  let line = from(signature + " " + body + "\\n");
  while (line.length > 0) line = subarray(line, writeSync(3, line));
}
`;

/** `lay` gives the module at a `url` a `source` in the place of its file's, in a `format`; wants `register`. */
export const JAVASCRIPT_LAYING = `
const hooks = "let own; export function initialize(data) { own = data; }" +
  "export function load(url, context, next) { return url === own.url ? { ...own, shortCircuit: true } : next(url, context); }";
const lay = (data) => register("data:text/javascript," + encodeURIComponent(hooks), { data });
`;
