;; A core module: WebAssembly, but no component and so no plugin.
(module
  (func (export "describe")))
