/** Whether the host is this machine, so that what is sent to it stays here. IPv6 in brackets, as in addresses. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
