export { choice, decimal, integer, names, text, toggle, type Option } from "./option.ts";
export { optionGroup, refuseUnknown, resolveGroup, type GroupValues, type OptionGroup } from "./option-group.ts";
export {
  flatten,
  optionsOf,
  placesOf,
  resolveSet,
  unflatten,
  type FlatValues,
  type OptionPlace,
  type OptionSet,
  type PartialSet,
  type SetValues,
} from "./option-set.ts";
