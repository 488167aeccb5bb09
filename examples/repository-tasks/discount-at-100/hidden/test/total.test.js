import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { total } from "../src/total.js";

test("a small cart has no discount", () => assert.equal(total([{ price: 250, count: 2 }]), 500));

describe("discounts", () => {
  test("a twentieth from 50 on", () => {
    assert.equal(total([{ price: 5000, count: 1 }]), 4750);
    assert.equal(total([{ price: 9999, count: 1 }]), 9499);
  });
  test("a tenth from 100 on", () => {
    assert.equal(total([{ price: 2500, count: 4 }]), 9000);
    assert.equal(total([{ price: 20000, count: 1 }]), 18000);
  });
});
