/** `ECONNREFUSED`, for example: the first system code among an error and its causes; undefined where none has one. */
export function systemCode(error: Error): string | undefined {
  let current: unknown = error;
  for (let depth = 0; depth < 5 && current instanceof Error; depth++) {
    const { code, cause, errors } = current as NodeJS.ErrnoException & { readonly errors?: readonly unknown[] };
    if (typeof code === "string") return code;
    current = cause ?? errors?.[0];
  }
  return undefined;
}
