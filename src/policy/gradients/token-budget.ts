/** Positions of a micro-batch where nobody says; apart from what makes batches, as options are loaded for help too. */
export const DEFAULT_TOKEN_BUDGET = 1024;
