import { OptionError, show } from "../errors.ts";

/** The error for a parquet file that can't be decoded. @param detail what the decoder says */
export function damagedParquet(path: string, detail: string): OptionError {
  return new OptionError(
    `Expected ${show(path)} to be a parquet file, got one that can't be read (${show(detail)}); it is damaged, write or download it again.`,
  );
}
