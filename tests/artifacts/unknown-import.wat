;; A component that asks for something that no worker gives.
(component
  (import "example:secrets/vault@1.0.0" (instance
    (export "read" (func (result string)))))
  (instance $exported)
  (export "connect-wasm:plugin/plugin@0.1.0" (instance $exported))
  (export "connect-wasm:plugin/source-connector@0.1.0" (instance $exported))
  (export "connect-wasm:plugin/source-task@0.1.0" (instance $exported)))
