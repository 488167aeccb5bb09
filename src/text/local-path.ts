/**
 * Whether a path names something on another machine, or a device, or isn't a path at all: a share of Windows
 * (`\\server\share`, `//server/share`, `\\?\UNC\...`), a device's name (`\\.\...`), an address (`file:`, `data:`).
 * To look whether such a thing exists already sends the user's name and a hash of his password to the other machine,
 * and code from there would be another's choice tomorrow. A drive's letter is no address.
 */
export function isRemotePath(path: string): boolean {
  return /^\s*([\\/]{2}|[a-z][a-z0-9+.-]+:)/i.test(path);
}
