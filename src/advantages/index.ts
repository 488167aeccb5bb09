export type { AdvantageFunction } from "./advantage.ts";
export { groupAdvantages } from "./group-advantages.ts";
export { generalizedAdvantages, type GeneralizedOptions } from "./generalized.ts";
export { groupRelativeAdvantages, type GroupRelativeOptions } from "./group-relative.ts";
export { leaveOneOutAdvantages } from "./leave-one-out.ts";
export { meanCentredAdvantages } from "./mean-centred.ts";
