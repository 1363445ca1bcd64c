using System.Buffers.Binary;
using System.Text;
using Microsoft.ML.OnnxRuntime;

namespace KernelGen.Benchmarks.Peers;

/// <summary>One operator in ONNX Runtime, or a few one after another, on one thread: <c>x</c> and the weights that it keeps, to <c>y</c>, both in fixed memory.</summary>
internal sealed class OnnxOperator : IDisposable
{
    private const int Float = 1, IntAttribute = 2, FloatAttribute = 1;

    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly OrtIoBinding _binding;
    private readonly OrtValue _input, _output;

    /// <param name="nodes">The operators; the first reads <c>x</c>, the last writes <c>y</c>.</param>
    /// <param name="weights">What the operators read besides.</param>
    /// <param name="x">The input.</param>
    /// <param name="inputShape">Its shape.</param>
    /// <param name="y">Receives the output.</param>
    /// <param name="outputShape">Its shape.</param>
    public OnnxOperator(IEnumerable<Node> nodes, IEnumerable<(string Name, float[] Values, long[] Shape)> weights, float[] x, long[] inputShape, float[] y, long[] outputShape)
    {
        using var settings = new SessionOptions
        {
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        settings.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        _session = new InferenceSession(Model(nodes, weights, inputShape, outputShape), settings);
        _input = OrtValue.CreateTensorValueFromMemory(x, inputShape);
        _output = OrtValue.CreateTensorValueFromMemory(y, outputShape);
        _binding = _session.CreateIoBinding();
        _binding.BindInput("x", _input);
        _binding.BindOutput("y", _output);
    }

    /// <summary>An operator of the graph.</summary>
    /// <param name="Operator">Its name in ONNX.</param>
    /// <param name="Inputs">What it reads.</param>
    /// <param name="Output">What it writes.</param>
    public sealed record Node(string Operator, string[] Inputs, string Output)
    {
        /// <summary>An attribute that is a whole number.</summary>
        public (string Name, long Value)? Integer { get; init; }

        /// <summary>An attribute that is a number.</summary>
        public (string Name, float Value)? Number { get; init; }
    }

    /// <summary>Runs them.</summary>
    public void Run() => _session.RunWithBinding(_options, _binding);

    public void Dispose()
    {
        _binding.Dispose();
        _input.Dispose();
        _output.Dispose();
        _options.Dispose();
        _session.Dispose();
    }

    /// <summary>The graph as a file: a ModelProto of the ONNX format, version 10 with operator set 20.</summary>
    private static byte[] Model(IEnumerable<Node> nodes, IEnumerable<(string Name, float[] Values, long[] Shape)> weights, long[] inputShape, long[] outputShape)
    {
        var graph = new Message();
        foreach (Node node in nodes)
        {
            var message = new Message();
            Array.ForEach(node.Inputs, input => message.Text(1, input));
            message.Text(2, node.Output).Text(4, node.Operator);
            if (node.Integer is { } integer)
            {
                message.Part(5, new Message().Text(1, integer.Name).Number(3, integer.Value).Number(20, IntAttribute));
            }

            if (node.Number is { } number)
            {
                message.Part(5, new Message().Text(1, number.Name).Single(2, number.Value).Number(20, FloatAttribute));
            }

            graph.Part(1, message);
        }

        graph.Text(2, "graph");
        foreach ((string name, float[] values, long[] shape) in weights)
        {
            var tensor = new Message();
            Array.ForEach(shape, size => tensor.Number(1, size));
            graph.Part(5, tensor.Number(2, Float).Text(8, name).Bytes(9, System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(values)));
        }

        graph.Part(11, Value("x", inputShape)).Part(12, Value("y", outputShape));
        return new Message().Number(1, 10).Part(7, graph).Part(8, new Message().Number(2, 20)).ToArray();
    }

    private static Message Value(string name, long[] shape)
    {
        var dimensions = new Message();
        Array.ForEach(shape, size => dimensions.Part(1, new Message().Number(1, size)));
        return new Message().Text(1, name).Part(2, new Message().Part(1, new Message().Number(1, Float).Part(2, dimensions)));
    }

    /// <summary>A message of protocol buffers.</summary>
    private sealed class Message
    {
        private readonly MemoryStream _bytes = new();

        public Message Number(int field, long value)
        {
            Variable((ulong)field << 3);
            Variable((ulong)value);
            return this;
        }

        public Message Single(int field, float value)
        {
            Variable(((ulong)field << 3) | 5);
            Span<byte> bytes = stackalloc byte[sizeof(float)];
            BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
            _bytes.Write(bytes);
            return this;
        }

        public Message Bytes(int field, ReadOnlySpan<byte> bytes)
        {
            Variable(((ulong)field << 3) | 2);
            Variable((ulong)bytes.Length);
            _bytes.Write(bytes);
            return this;
        }

        public Message Text(int field, string text) => Bytes(field, Encoding.UTF8.GetBytes(text));

        public Message Part(int field, Message message) => Bytes(field, message.ToArray());

        public byte[] ToArray() => _bytes.ToArray();

        private void Variable(ulong value)
        {
            for (; value > 0x7F; value >>= 7)
            {
                _bytes.WriteByte((byte)(value | 0x80));
            }

            _bytes.WriteByte((byte)value);
        }
    }
}
