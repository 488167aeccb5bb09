import { openRunStore } from "../../store/index.ts";
import { renderReport } from "../report/render-report.ts";

export interface ReportInit {
  readonly name: string;
  readonly folder: string;
}

export interface ReportCalls {
  render(): Promise<string>;
}

/** The thread that writes a report: it reads all of a run, for which other requests shall not wait. */
export default function reportWorker({ name, folder }: ReportInit): ReportCalls {
  return {
    async render() {
      const store = openRunStore(folder, { readOnly: true });
      try {
        return await renderReport(name, folder, store);
      } finally {
        store.close();
      }
    },
  };
}
