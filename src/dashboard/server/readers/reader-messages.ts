/** Where the runs are, as a reader needs it: `RunFolders` without its checks. */
export interface RunsPlace {
  /** As the user wrote it, for messages. */
  readonly given: string;
  readonly root: string;
  /** The one run that is shown; null for all. */
  readonly only: string | null;
  /** Nothing is judged again for who asks. */
  readonly readOnly: boolean;
}

/** What a reader is asked. */
export interface ReaderQuestion {
  readonly path: string;
  readonly gzip: boolean;
  /** JSON of a POST; a GET where absent. */
  readonly body?: string;
}

/** What the server tells a reader. Each question has a number, and what is said about it carries the same. */
export type ToReader =
  | { readonly kind: "start"; readonly place: RunsPlace }
  | ({ readonly kind: "ask"; readonly id: number } & ReaderQuestion)
  /** The next piece of an answer's body is wanted. */
  | { readonly kind: "pull"; readonly id: number }
  /** Nobody wants the rest. */
  | { readonly kind: "cancel"; readonly id: number };

/** What an answer begins with. */
export interface AnswerHead {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** What a reader tells the server. */
export type FromReader =
  | { readonly kind: "ready" }
  | ({ readonly kind: "head"; readonly id: number } & AnswerHead)
  | { readonly kind: "chunk"; readonly id: number; readonly bytes: Uint8Array }
  | { readonly kind: "end"; readonly id: number }
  /** The body broke off. */
  | { readonly kind: "failed"; readonly id: number; readonly message: string }
  /** A long reading came forward. */
  | { readonly kind: "alive" }
  /** An error that is ours. */
  | { readonly kind: "mistake"; readonly message: string; readonly stack: string };

/** The routes of a reader that no request from outside can name. */
export const LISTING = "/listing";
export const LOOK = "/look";
