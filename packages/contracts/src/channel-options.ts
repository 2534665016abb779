import type { ChannelOptions } from '@grpc/grpc-js';

/** For servers and clients alike. grpc-js accepts 4 MiB by default and sends without limit. */
export function messageSizeLimit(maxBytes: number): ChannelOptions {
  return { 'grpc.max_receive_message_length': maxBytes, 'grpc.max_send_message_length': maxBytes };
}
