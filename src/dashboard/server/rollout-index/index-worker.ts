import { openRunStore, runTaskOf } from "../../../store/index.ts";
import type { AhaMoment } from "../../../emergence/index.ts";
import type { Distribution, RolloutFilter, RolloutLine } from "../../api.ts";
import { RolloutIndex, type IndexedProblem } from "./rollout-index.ts";

export interface IndexInit {
  readonly folder: string;
}

export interface IndexCalls {
  /** Reads on for about so many milliseconds; says how many rollouts it has, and whether there are more. */
  advance(milliseconds: number): { readonly rows: number; readonly done: boolean };
  page(filter: RolloutFilter & { readonly offset: number; readonly limit: number }): {
    readonly lines: readonly RolloutLine[];
    readonly total: number;
  };
  places(filter: RolloutFilter): Int32Array;
  problems(): readonly IndexedProblem[];
  distributions(step: number): readonly Distribution[];
  ahaMoments(): readonly AhaMoment[];
}

/** The thread of one run's index. It is told to read on in small portions, so that a question never waits long. */
export default function indexWorker({ folder }: IndexInit): IndexCalls {
  const store = openRunStore(folder, { readOnly: true });
  const index = new RolloutIndex(store, runTaskOf(store.config));
  return {
    advance: (milliseconds) => {
      const done = index.advance(milliseconds);
      return { rows: index.rows, done };
    },
    page: (filter) => index.page(filter),
    places: (filter) => index.places(filter),
    problems: () => index.listProblems(),
    distributions: (step) => index.distributions(step),
    ahaMoments: () => index.listAhaMoments(),
  };
}
