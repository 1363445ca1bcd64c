using System.Buffers.Binary;
using System.Text;

namespace KernelGen.Checkpoints.PyTorch;

/// <summary>
/// Reads the pickle of a state dict (https://docs.python.org/3/library/pickletools.html, protocols 2 to 5) with the instructions that it needs and no other.
/// </summary>
/// <remarks>
/// A pickle is a program for a machine with a stack, and in Python it may call anything. Here the only calls are those of <see cref="PickleCalls"/>, which make values.
/// There is no recursion, and each instruction makes at most one value, so time and memory are in proportion to the length of the pickle.
/// </remarks>
internal ref struct PickleReader
{
    private static readonly object Mark = new();

    private readonly ReadOnlySpan<byte> _pickle;
    private readonly List<object?> _stack = [];
    private readonly List<int> _marks = [];
    private readonly Dictionary<long, object?> _memo = [];
    private int _position;

    private PickleReader(ReadOnlySpan<byte> pickle) => _pickle = pickle;

    /// <summary>Reads a pickle.</summary>
    /// <param name="pickle">The bytes.</param>
    /// <returns>The value, of a type of PickleValues.cs, <see cref="long"/>, <see cref="double"/>, <see cref="bool"/>, <see cref="string"/> or nothing.</returns>
    /// <exception cref="PickleException">It is damaged, or needs something that is not read.</exception>
    public static object? Read(ReadOnlySpan<byte> pickle)
    {
        var reader = new PickleReader(pickle);
        while (true)
        {
            byte instruction = reader.Take(1)[0];
            if (instruction == '.')
            {
                return reader._stack.Count == 1 ? reader.Pop() : throw new PickleException($"ends with {reader._stack.Count} values; expected one");
            }

            reader.Run(instruction);
        }
    }

    private void Run(byte instruction)
    {
        switch (instruction)
        {
            case 0x80: // PROTO
                int protocol = Take(1)[0];
                if (protocol is < 2 or > 5)
                {
                    throw new PickleException($"has protocol {protocol}; 2 to 5 are read");
                }

                break;
            case 0x95: // FRAME
                Take(sizeof(ulong));
                break;
            case (byte)'(': // MARK
                _marks.Add(_stack.Count);
                _stack.Add(Mark);
                break;
            case (byte)'0': // POP
                Pop();
                break;
            case (byte)'N': // NONE
                _stack.Add(null);
                break;
            case 0x88: // NEWTRUE
                _stack.Add(true);
                break;
            case 0x89: // NEWFALSE
                _stack.Add(false);
                break;
            case (byte)'J': // BININT
                _stack.Add((long)BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int))));
                break;
            case (byte)'K': // BININT1
                _stack.Add((long)Take(1)[0]);
                break;
            case (byte)'M': // BININT2
                _stack.Add((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(sizeof(ushort))));
                break;
            case 0x8A: // LONG1
                _stack.Add(LongInteger(Take(Take(1)[0])));
                break;
            case (byte)'G': // BINFLOAT
                _stack.Add(BinaryPrimitives.ReadDoubleBigEndian(Take(sizeof(double))));
                break;
            case (byte)'X': // BINUNICODE
                _stack.Add(Text(BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)))));
                break;
            case 0x8C: // SHORT_BINUNICODE
                _stack.Add(Text(Take(1)[0]));
                break;
            case 0x8D: // BINUNICODE8
                _stack.Add(Text(BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)))));
                break;
            case (byte)']': // EMPTY_LIST
                _stack.Add(PickleList.Any);
                break;
            case (byte)'a': // APPEND
                Pop();
                Top<PickleList>("list");
                break;
            case (byte)'e': // APPENDS
                PopMark();
                Top<PickleList>("list");
                break;
            case (byte)')': // EMPTY_TUPLE
                _stack.Add(new PickleTuple([]));
                break;
            case (byte)'t': // TUPLE
                _stack.Add(new PickleTuple(PopMark()));
                break;
            case 0x85 or 0x86 or 0x87: // TUPLE1, TUPLE2, TUPLE3
                _stack.Add(new PickleTuple(Pop(instruction - 0x84)));
                break;
            default:
                RunWithReferences(instruction);
                break;
        }
    }

    private void RunWithReferences(byte instruction)
    {
        switch (instruction)
        {
            case (byte)'}': // EMPTY_DICT
                _stack.Add(new PickleDictionary());
                break;
            case (byte)'s': // SETITEM
                SetItems(Pop(2));
                break;
            case (byte)'u': // SETITEMS
                SetItems(PopMark());
                break;
            case (byte)'c': // GLOBAL
                _stack.Add(Global(Line(), Line()));
                break;
            case 0x93: // STACK_GLOBAL
                _stack.Add(Pop(2) is [string module, string name] ? Global(module, name) : throw new PickleException("names a function by what is no text"));
                break;
            case (byte)'q': // BINPUT
                _memo[Take(1)[0]] = Top<object>("value");
                break;
            case (byte)'r': // LONG_BINPUT
                _memo[BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)))] = Top<object>("value");
                break;
            case 0x94: // MEMOIZE
                _memo[_memo.Count] = Top<object>("value");
                break;
            case (byte)'h': // BINGET
                _stack.Add(Recall(Take(1)[0]));
                break;
            case (byte)'j': // LONG_BINGET
                _stack.Add(Recall(BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)))));
                break;
            case (byte)'Q': // BINPERSID
                _stack.Add(PickleCalls.Storage(Pop()));
                break;
            case (byte)'R': // REDUCE
                object?[] call = Pop(2);
                _stack.Add(PickleCalls.Call(call[0], call[1]));
                break;
            case (byte)'b': // BUILD
                // The attributes of an ordered dictionary, _metadata: versions of layers, which no tensor depends on.
                Pop();
                Top<PickleDictionary>("dictionary");
                break;
            default:
                throw new PickleException($"has the instruction 0x{instruction:X2} at byte {_position - 1}, which no state dict needs");
        }
    }

    private readonly void SetItems(object?[] items)
    {
        PickleDictionary dictionary = Top<PickleDictionary>("dictionary");
        if (items.Length % 2 != 0)
        {
            throw new PickleException($"puts {items.Length} keys and values into a dictionary, so that one is missing");
        }

        for (int i = 0; i < items.Length; i += 2)
        {
            dictionary.Add(items[i], items[i + 1]);
        }
    }

    /// <summary>A name that means something; any other is refused where it stands, called or not.</summary>
    private static PickleGlobal Global(string module, string name)
    {
        var global = new PickleGlobal(module, name);
        return PickleCalls.IsKnown(global) ? global : throw new PickleException($"names {CheckpointException.Quote(global.ToString())}, which is no part of a state dict");
    }

    private readonly object? Recall(uint number) =>
        _memo.TryGetValue(number, out object? value) ? value : throw new PickleException($"refers to its value {number}, which is not there");

    /// <summary>A little-endian integer of any length in two's complement, where it fits into 64 bits.</summary>
    private static long LongInteger(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > sizeof(long))
        {
            throw new PickleException($"has a whole number of {bytes.Length} bytes, more than any size");
        }

        long value = bytes.Length > 0 && bytes[^1] >= 0x80 ? -1 : 0;
        for (int i = bytes.Length - 1; i >= 0; i--)
        {
            value = (value << 8) | bytes[i];
        }

        return value;
    }

    private string Text(ulong length) =>
        length <= (ulong)(_pickle.Length - _position) ? Encoding.UTF8.GetString(Take((int)length)) : throw CutOff();

    private string Line()
    {
        int length = _pickle[_position..].IndexOf((byte)'\n');
        if (length < 0)
        {
            throw CutOff();
        }

        string line = Encoding.UTF8.GetString(Take(length));
        Take(1);
        return line;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _pickle.Length - _position)
        {
            throw CutOff();
        }

        ReadOnlySpan<byte> taken = _pickle.Slice(_position, count);
        _position += count;
        return taken;
    }

    private readonly object? Pop() => Pop(1)[0];

    private readonly object?[] Pop(int count)
    {
        if (count > _stack.Count - (_marks.Count > 0 ? _marks[^1] + 1 : 0))
        {
            throw new PickleException("takes values that are not there");
        }

        object?[] values = [.. System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_stack)[^count..]];
        _stack.RemoveRange(_stack.Count - count, count);
        return values;
    }

    /// <summary>The values since the last mark, which goes with them.</summary>
    private readonly object?[] PopMark()
    {
        if (_marks.Count == 0)
        {
            throw new PickleException("takes values up to a mark that is not there");
        }

        object?[] values = Pop(_stack.Count - _marks[^1] - 1);
        _stack.RemoveAt(_stack.Count - 1);
        _marks.RemoveAt(_marks.Count - 1);
        return values;
    }

    private readonly T Top<T>(string kind) =>
        _stack.Count > 0 && _stack[^1] is T value && !ReferenceEquals(value, Mark) ? value : throw new PickleException($"uses a {kind} that is not there");

    private readonly PickleException CutOff() => new($"is cut off: it ends within what begins before byte {_pickle.Length}");
}
