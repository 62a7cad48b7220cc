/** Ports that were free a moment ago, all different. */
export function freePorts(count: number): Promise<number[]>;
