// An insole over Web Bluetooth: three characteristics, bytes in and out.
import { Trouble, nowNs } from "./conversation.js";

const SERVICE = "b7e1a000-5c1d-4b0e-9f3a-2d6c8e4f7a10";
const CHANNELS = [1, 2, 3];
const CONTROL = 2;
const VALUE_BYTES = 64;
const REACH_MS = 30000;
const uuid = (channel) => SERVICE.replace("000-", `00${channel}-`);

export class Bluetooth {
  constructor(device) {
    this.device = device;
    this.size = VALUE_BYTES;
    this.pairs = true;
    this.reached = false; // whether it has answered yet
    this.onValue = () => {};
    this.onGone = () => {};
  }

  /** Asks the person which insole is meant; needs a tap. */
  static async choose() {
    return new Bluetooth(await navigator.bluetooth.requestDevice({ filters: [{ services: [SERVICE] }] }));
  }

  async open() {
    const gone = () => this.onGone();
    this.device.addEventListener("gattserverdisconnected", gone, { once: true });
    try {
      const server = await this.#reach();
      const service = await server.getPrimaryService(SERVICE);
      this.characteristics = {};
      for (const channel of CHANNELS) {
        const characteristic = await service.getCharacteristic(uuid(channel));
        this.characteristics[channel] = characteristic;
        characteristic.addEventListener("characteristicvaluechanged", (event) => {
          const { buffer, byteOffset, byteLength } = event.target.value;
          this.onValue(channel, new Uint8Array(buffer, byteOffset, byteLength), nowNs());
        });
        await characteristic.startNotifications();
      }
    } catch (error) {
      this.device.removeEventListener("gattserverdisconnected", gone);
      throw error;
    }
  }

  // Some systems wait for ever for one that is out of reach, or held by others.
  async #reach() {
    const { gatt } = this.device;
    let timer;
    const tooLong = new Promise((resolve, reject) => {
      timer = setTimeout(() => reject(new Trouble("link.unreached")), REACH_MS);
    });
    try {
      const server = await Promise.race([gatt.connect(), tooLong]);
      this.reached = true;
      return server;
    } catch (error) {
      if (error instanceof Trouble) gatt.disconnect();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  async send(values) {
    for (const value of values) await this.characteristics[CONTROL].writeValueWithResponse(value);
  }

  close() {
    this.device.gatt.disconnect();
  }
}
