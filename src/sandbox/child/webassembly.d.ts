/** What is used here of WebAssembly, which Node has and its types leave to those of browsers. */
declare namespace WebAssembly {
  class Module {
    private constructor();
    static imports(module: Module): { module: string; name: string; kind: string }[];
  }
  class Instance {
    private constructor();
  }
  class Memory {
    constructor(size: { initial: number; maximum: number });
  }
  type Imports = Record<string, Record<string, unknown>>;
  function compile(source: Uint8Array): Promise<Module>;
  let instantiate: (source: Module, imports: Imports) => Promise<Instance>;
}
