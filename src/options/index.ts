export {
  adapted,
  choice,
  decimal,
  integer,
  names,
  pick,
  storedAs,
  text,
  toggle,
  valueText,
  wrongValue,
  type Option,
} from "./option.ts";
export { nearestName } from "./nearest-name.ts";
export { COMMON } from "./common-options.ts";
export { optionGroup, refuseUnknown, resolveGroup, type GroupValues, type OptionGroup } from "./option-group.ts";
export {
  flatten,
  optionsOf,
  placesOf,
  resolveFlat,
  resolveSet,
  unflatten,
  type FlatValues,
  type OptionPlace,
  type OptionSet,
  type PartialSet,
  type SetValues,
} from "./option-set.ts";
