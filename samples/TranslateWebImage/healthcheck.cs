// Asks the service on this machine whether it is ready, for an image that has no shell and no curl: exit status 0, or 1 where it is not.
//
//     healthcheck [PORT]
#:property StackTraceSupport=false
#:property EventSourceSupport=false
#:property OptimizationPreference=Size

using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

try
{
    int port = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 8080;
    using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { SendTimeout = 2000, ReceiveTimeout = 2000 };
    socket.Connect(IPAddress.Loopback, port);
    socket.Send(Encoding.ASCII.GetBytes("GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
    byte[] answer = new byte["HTTP/1.1 200".Length];
    int length = 0;
    for (int read = 1; read > 0 && length < answer.Length; length += read)
    {
        read = socket.Receive(answer, length, answer.Length - length, SocketFlags.None);
    }

    return Encoding.ASCII.GetString(answer) == "HTTP/1.1 200" ? 0 : 1;
}
catch (Exception exception) when (exception is SocketException or FormatException or OverflowException or ArgumentException)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}
