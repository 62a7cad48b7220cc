import { keySlot } from './key-slot.js';

describe('keySlot', () => {
  it.each([
    // CRC16 of this text is the check value of the specification.
    ['123456789', 0x31c3],
    ['foo', 12_182],
    ['', 0],
  ])('of %p is %d', (key, slot) => {
    expect(keySlot(key)).toBe(slot);
  });

  it('is that of the first tag, where there is one', () => {
    expect(keySlot('kw:1:{acme}:openai')).toBe(keySlot('acme'));
    expect(keySlot('kw:1:{acme}')).toBe(keySlot('kw:2:{acme}:slack{x}'));
  });

  it('is that of the whole key where the tag is empty or open', () => {
    expect(keySlot('foo{}{bar}')).not.toBe(keySlot('bar'));
    expect(keySlot('foo{bar')).not.toBe(keySlot('bar'));
  });
});
