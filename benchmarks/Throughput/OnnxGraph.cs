namespace Throughput;

/// <summary>A graph in ONNX's file format; field numbers of onnx.proto3.</summary>
internal sealed class OnnxGraph
{
    private const int Float = 1;
    private const int Int64 = 7;
    private const int IrVersion = 8;
    private const int Opset = 17;

    private readonly ProtobufWriter _graph = new ProtobufWriter().Text(2, "lm");

    public void Node(string operation, string[] inputs, string[] outputs, params (string Name, long Value)[] attributes)
    {
        var node = new ProtobufWriter();
        foreach (var input in inputs)
        {
            node.Text(1, input);
        }

        foreach (var output in outputs)
        {
            node.Text(2, output);
        }

        node.Text(4, operation);
        foreach (var (name, value) in attributes)
        {
            const int integer = 2;
            node.Message(5, new ProtobufWriter().Text(1, name).Integer(3, value).Integer(20, integer));
        }

        _graph.Message(1, node);
    }

    public void Constant(string name, long[] shape, ReadOnlySpan<float> values) =>
        _graph.Message(5, Tensor(name, shape, Float).Numbers(9, values));

    public void Constant(string name, long[] shape, ReadOnlySpan<long> values) =>
        _graph.Message(5, Tensor(name, shape, Int64).Numbers(9, values));

    /// <param name="name">Of the float input.</param>
    /// <param name="shape">A number, or the name of a size that is known when it runs.</param>
    public void Input(string name, params object[] shape) => _graph.Message(11, Value(name, Float, shape));

    /// <inheritdoc cref="Input"/>
    public void IntegerInput(string name, params object[] shape) => _graph.Message(11, Value(name, Int64, shape));

    /// <inheritdoc cref="Input"/>
    public void Output(string name, params object[] shape) => _graph.Message(12, Value(name, Float, shape));

    public byte[] ToFile() => new ProtobufWriter()
        .Integer(1, IrVersion)
        .Text(2, "LmService")
        .Message(7, _graph)
        .Message(8, new ProtobufWriter().Integer(2, Opset))
        .ToArray();

    private static ProtobufWriter Tensor(string name, long[] shape, int type)
    {
        var tensor = new ProtobufWriter();
        foreach (var size in shape)
        {
            tensor.Integer(1, size);
        }

        return tensor.Integer(2, type).Text(8, name);
    }

    private static ProtobufWriter Value(string name, int type, object[] shape)
    {
        var sizes = new ProtobufWriter();
        foreach (var size in shape)
        {
            sizes.Message(1, size is string symbol
                ? new ProtobufWriter().Text(2, symbol)
                : new ProtobufWriter().Integer(1, Convert.ToInt64(size)));
        }

        var tensor = new ProtobufWriter().Integer(1, type).Message(2, sizes);
        return new ProtobufWriter().Text(1, name).Message(2, new ProtobufWriter().Message(1, tensor));
    }
}
