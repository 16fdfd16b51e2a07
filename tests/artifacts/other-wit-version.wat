;; A source plugin of a version of the contract that no worker has: what the loader looks at are
;; the names of its exports.
(component
  (instance $exported)
  (export "connect-wasm:plugin/plugin@9.9.0" (instance $exported))
  (export "connect-wasm:plugin/source-connector@9.9.0" (instance $exported))
  (export "connect-wasm:plugin/source-task@9.9.0" (instance $exported)))
