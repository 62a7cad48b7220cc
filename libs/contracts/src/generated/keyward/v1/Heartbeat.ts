// Original file: keyward/v1/keyward.proto


export interface Heartbeat {
}

export interface Heartbeat__Output {
}
