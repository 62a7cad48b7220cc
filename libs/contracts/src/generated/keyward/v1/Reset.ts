// Original file: keyward/v1/keyward.proto


export interface Reset {
}

export interface Reset__Output {
}
