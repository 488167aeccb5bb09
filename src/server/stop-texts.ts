/** Ends a text that comes in pieces before the first of some texts, which is not shown. */
export class StopTexts {
  /** Whether one of them has come. */
  found = false;
  private held = "";

  constructor(private readonly stops: readonly string[]) {}

  /** Takes a piece; gives what is certain to be shown. */
  push(piece: string): string {
    if (this.found) return "";
    this.held += piece;
    const place = this.place();
    const possible = this.held.length - this.possible();
    // One that began earlier may still become whole, and then counts.
    this.found = place >= 0 && place <= possible;
    return this.release(this.found ? place : possible);
  }

  /** What was held back as the possible beginning of one. */
  end(): string {
    if (this.found) return "";
    const place = this.place();
    this.found = place >= 0;
    return this.release(this.found ? place : this.held.length);
  }

  /** Where the first of them stands in what is held; -1 where none does. */
  private place(): number {
    const places = this.stops.map((stop) => this.held.indexOf(stop)).filter((at) => at >= 0);
    return places.length > 0 ? Math.min(...places) : -1;
  }

  private release(length: number): string {
    const shown = this.held.slice(0, length);
    this.held = this.found ? "" : this.held.slice(length);
    return shown;
  }

  /** Characters at the end that may begin one of them. */
  private possible(): number {
    const longest = (stop: string): number => {
      for (let length = Math.min(stop.length - 1, this.held.length); length > 0; length--)
        if (this.held.endsWith(stop.slice(0, length))) return length;
      return 0;
    };
    return Math.max(0, ...this.stops.map(longest));
  }
}
