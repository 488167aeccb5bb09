import type { TabClient } from "../client/tab-client.ts";
import type { TabAddress } from "../address.ts";

/** What each section of the page is given. */
export interface SectionProps {
  /** The run of the stage. */
  readonly client: TabClient;
  /** What the address names now. */
  readonly address: TabAddress;
  /** Goes to another place or another run: the address changes, and with other settings the run begins anew. */
  readonly go: (change: AddressChange) => void;
}

export interface AddressChange extends Partial<Omit<TabAddress, "settings">> {
  readonly settings?: Partial<TabAddress["settings"]>;
}
