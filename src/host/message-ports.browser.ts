/** Two ports that hear each other. */
export function messagePorts(): { readonly port1: MessagePort; readonly port2: MessagePort } {
  return new MessageChannel();
}
