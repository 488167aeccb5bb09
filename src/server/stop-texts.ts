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
    const places = this.stops.map((stop) => this.held.indexOf(stop)).filter((at) => at >= 0);
    this.found = places.length > 0;
    return this.release(this.found ? Math.min(...places) : this.held.length - this.possible());
  }

  /** What was held back as the possible beginning of one. */
  end(): string {
    return this.found ? "" : this.release(this.held.length);
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
