import { openTrainer } from "../client/open-trainer.ts";
import { TabClient, type OpenTrainer, type TabState } from "../client/tab-client.ts";
import { presetSettings, usualSettings, type Preset } from "./presets.ts";

/** Two runs of one seed, the usual one and a changed one, which make their steps together. */
export class RunPair {
  readonly usual: TabClient;
  readonly changed: TabClient;
  private going = true;
  private readonly listeners = new Set<() => void>();

  /** @param root address of the page's folder */
  constructor(preset: Preset, seed: number, root: string, open: OpenTrainer = openTrainer) {
    this.usual = new TabClient(usualSettings(seed), root, open);
    this.changed = new TabClient(presetSettings(preset, seed), root, open);
    for (const client of this.clients) client.listen(() => this.advance());
  }

  get isGoing(): boolean {
    return this.going;
  }

  get states(): readonly TabState[] {
    return this.clients.map(({ state }) => state);
  }

  /** @returns ends the listening */
  listen(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** After the step in progress. */
  pause(): void {
    this.going = false;
    this.tell();
  }

  goOn(): void {
    this.going = true;
    this.advance();
  }

  /** Ends both and frees their memory. */
  stop(): void {
    this.going = false;
    for (const client of this.clients) client.stop();
    this.listeners.clear();
  }

  private get clients(): readonly TabClient[] {
    return [this.usual, this.changed];
  }

  /** The next step of both, once both rest. */
  private advance(): void {
    if (this.going && this.states.every(({ status }) => status === "waiting")) {
      const [usual, changed] = this.states.map(({ steps }) => steps.length) as [number, number];
      if (usual <= changed) this.usual.step();
      if (changed <= usual) this.changed.step();
    }
    this.tell();
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}
