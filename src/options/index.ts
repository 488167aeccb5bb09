export { choice, decimal, integer, names, text, toggle, type Option } from "./option.ts";
export {
  optionGroup,
  optionName,
  refuseUnknown,
  resolveGroup,
  type GroupValues,
  type OptionGroup,
} from "./option-group.ts";
export {
  flatten,
  placesOf,
  resolveSet,
  unflatten,
  type FlatValues,
  type OptionPlace,
  type OptionSet,
  type PartialSet,
  type SetValues,
} from "./option-set.ts";
