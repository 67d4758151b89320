/* SPDX-License-Identifier: Apache-2.0 */
//! What the crate `capnp` asks of the types of a struct and of an interface: for perf.rs.

/// Owned, Reader, Builder and Pipeline of a struct with so many words of data and so many pointers.
#[macro_export]
macro_rules! stock_struct {
    ($words:expr, $pointers:expr) => {
        use capnp::private::layout;

        const SIZE: layout::StructSize = layout::StructSize { data: $words, pointers: $pointers };

        #[derive(Clone, Copy)]
        pub struct Owned;
        impl<'a> traits::Owned<'a> for Owned {
            type Reader = Reader<'a>;
            type Builder = Builder<'a>;
        }
        impl<'a> traits::OwnedStruct<'a> for Owned {
            type Reader = Reader<'a>;
            type Builder = Builder<'a>;
        }
        impl traits::Pipelined for Owned {
            type Pipeline = Pipeline;
        }

        #[derive(Clone, Copy)]
        pub struct Reader<'a> {
            reader: layout::StructReader<'a>,
        }
        impl<'a> traits::FromStructReader<'a> for Reader<'a> {
            fn new(reader: layout::StructReader<'a>) -> Self {
                Reader { reader }
            }
        }
        impl<'a> traits::FromPointerReader<'a> for Reader<'a> {
            fn get_from_pointer(
                pointer: &layout::PointerReader<'a>,
                default: Option<&'a [capnp::Word]>,
            ) -> capnp::Result<Self> {
                Ok(Reader { reader: pointer.get_struct(default)? })
            }
        }
        impl<'a> traits::IntoInternalStructReader<'a> for Reader<'a> {
            fn into_internal_struct_reader(self) -> layout::StructReader<'a> {
                self.reader
            }
        }
        impl<'a> traits::SetPointerBuilder for Reader<'a> {
            fn set_pointer_builder(
                pointer: layout::PointerBuilder<'_>,
                value: Self,
                canonicalize: bool,
            ) -> capnp::Result<()> {
                pointer.set_struct(&value.reader, canonicalize)
            }
        }

        pub struct Builder<'a> {
            builder: layout::StructBuilder<'a>,
        }
        impl<'a> traits::HasStructSize for Builder<'a> {
            fn struct_size() -> layout::StructSize {
                SIZE
            }
        }
        impl<'a> traits::FromStructBuilder<'a> for Builder<'a> {
            fn new(builder: layout::StructBuilder<'a>) -> Self {
                Builder { builder }
            }
        }
        impl<'a> traits::FromPointerBuilder<'a> for Builder<'a> {
            fn init_pointer(pointer: layout::PointerBuilder<'a>, _size: u32) -> Self {
                Builder { builder: pointer.init_struct(SIZE) }
            }
            fn get_from_pointer(
                pointer: layout::PointerBuilder<'a>,
                default: Option<&'a [capnp::Word]>,
            ) -> capnp::Result<Self> {
                Ok(Builder { builder: pointer.get_struct(SIZE, default)? })
            }
        }

        pub struct Pipeline;
        impl capnp::capability::FromTypelessPipeline for Pipeline {
            fn new(_typeless: capnp::any_pointer::Pipeline) -> Self {
                Pipeline
            }
        }
    };
}

/// The client of an interface.
#[macro_export]
macro_rules! stock_client {
    () => {
        pub struct Client {
            client: capnp::capability::Client,
        }
        impl capnp::capability::FromClientHook for Client {
            fn new(hook: Box<dyn capnp::private::capability::ClientHook>) -> Self {
                Client { client: capnp::capability::Client::new(hook) }
            }
        }
    };
}
